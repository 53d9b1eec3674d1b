import type { ElementDefinition, StructureDefinition } from './definitions.ts'
import { added, droppedConstraints, isDropped, retyped } from './corrections.ts'

/** The definitions in the form that the compilers need: one structure for each type or backbone, its fields with their possible types. */
export type FieldType = {
  /** A primitive (`date`), a datatype (`HumanName`), a backbone (`Patient.contact`), `Resource`, or an abstract one. */
  code: string
  targets?: string[]
  /** SimpleQuantity: a Quantity without a comparator (sqty-1). */
  isSimple?: boolean
}
export type Constraint = { key: string; human: string; expression: string }
export type Field = {
  /** The name without `[x]`. */
  name: string
  isChoice: boolean
  isRequired: boolean
  /** Part of `_summary=true`. */
  isSummary: boolean
  isMany: boolean
  types: FieldType[]
  binding?: string
  /** Weaker bindings, which only the strict check looks at: an extensible value set, and the maximum value set, which every code must be in. */
  preferred?: { extensible?: string; maximum?: string }
  constraints: Constraint[]
}
export type Structure = { name: string; kind: 'resource' | 'datatype' | 'backbone'; fields: Map<string, Field>; constraints: Constraint[] }
export type Model = Map<string, Structure>

const systemTypes: Record<string, string> = {
  'http://hl7.org/fhirpath/System.String': 'string',
  'http://hl7.org/fhirpath/System.Boolean': 'boolean',
  'http://hl7.org/fhirpath/System.Date': 'date',
  'http://hl7.org/fhirpath/System.DateTime': 'dateTime',
  'http://hl7.org/fhirpath/System.Decimal': 'decimal',
  'http://hl7.org/fhirpath/System.Integer': 'integer',
  'http://hl7.org/fhirpath/System.Time': 'time',
}

export const isPrimitive = (code: string) => /^[a-z]/.test(code) && !code.includes('.') && code !== 'xhtml'

const lastName = (path: string) => path.slice(path.lastIndexOf('.') + 1)
export const capital = (word: string) => (word[0] as string).toUpperCase() + word.slice(1)

/** The JSON property of one form of a choice: value + dateTime → valueDateTime. */
export const choiceProperty = (field: Field, type: FieldType) => field.name + capital(type.code)

function typesOf(element: ElementDefinition, structure: StructureDefinition): FieldType[] {
  if (element.contentReference !== undefined) {
    return [{ code: element.contentReference.slice(element.contentReference.indexOf('#') + 1) }]
  }
  const name = lastName(element.path)
  if (name === 'id') return [{ code: structure.kind === 'resource' && !element.path.slice(0, -3).includes('.') ? 'id' : 'elementId' }]
  if (element.path === 'Extension.url') return [{ code: 'uri' }]
  return (element.type ?? []).map(({ code, targetProfile, profile }) => {
    if (code === 'BackboneElement' || code === 'Element') return { code: element.path }
    const targets = targetProfile?.map((profile) => profile.slice(profile.lastIndexOf('/') + 1))
    if (profile?.some((one) => one.endsWith('/SimpleQuantity'))) return { code, isSimple: true }
    const isOpen = targets === undefined || targets.includes('Resource')
    return isOpen ? { code: systemTypes[code] ?? code } : { code: systemTypes[code] ?? code, targets }
  })
}

const general = new Set(['ele-1', 'ext-1'])
const errorsOf = (element: ElementDefinition): Constraint[] =>
  (element.constraint ?? [])
    .filter((one) => one.severity === 'error' && !general.has(one.key) && !droppedConstraints.has(one.key))
    .map((one) => ({ key: one.key, human: one.human, expression: one.expression ?? '' }))

const maximum = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet'

function weakly({ binding }: ElementDefinition): Pick<Field, 'preferred'> {
  if (binding === undefined || binding.strength === 'required') return {}
  const most = binding.extension?.find(({ url }) => url === maximum)?.valueCanonical
  const extensible = binding.strength === 'extensible' ? binding.valueSet : undefined
  return extensible === undefined && most === undefined
    ? {}
    : { preferred: { ...(extensible === undefined ? {} : { extensible }), ...(most === undefined ? {} : { maximum: most }) } }
}

function fieldOf(element: ElementDefinition, structure: StructureDefinition): Field {
  const name = lastName(element.path)
  const isChoice = name.endsWith('[x]')
  const required = element.binding?.strength === 'required' ? element.binding.valueSet : undefined
  return {
    name: isChoice ? name.slice(0, -3) : name,
    isChoice,
    isRequired: element.min > 0,
    isSummary: element.isSummary === true,
    isMany: element.max !== '1',
    types: typesOf(element, structure),
    ...(required === undefined ? {} : { binding: required }),
    ...weakly(element),
    constraints: errorsOf(element),
  }
}

export function modelOf(definitions: StructureDefinition[]): Model {
  const model: Model = new Map()
  for (const structure of definitions) {
    if (structure.derivation === 'constraint' || structure.kind === 'primitive-type' || structure.kind === 'logical') continue
    const elements = structure.snapshot.element.filter((element) => !isDropped(element.path))
    for (const element of [...elements, ...(added[structure.name] ?? [])]) {
      const isRoot = !element.path.includes('.')
      const isBackbone = (element.type ?? []).some((type) => type.code === 'BackboneElement' || type.code === 'Element')
      if (isRoot || isBackbone) {
        const kind = !isRoot ? 'backbone' : structure.kind === 'resource' ? 'resource' : 'datatype'
        model.set(element.path, { name: element.path, kind, fields: new Map(), constraints: errorsOf(element) })
      }
      if (isRoot) continue
      const parent = model.get(element.path.slice(0, element.path.lastIndexOf('.')))
      if (parent === undefined || element.max === '0') continue
      const type = retyped[element.path]
      const field = fieldOf(type === undefined ? element : { ...element, type }, structure)
      parent.fields.set(field.name, field)
    }
  }
  dropInherited(model)
  return model
}

/** A snapshot repeats the rules of a datatype wherever the type is used. Only the rules of the element itself are kept. */
function dropInherited(model: Model): void {
  for (const structure of model.values()) {
    for (const field of structure.fields.values()) {
      const own = new Set(field.types.flatMap((type) => (model.get(type.code)?.constraints ?? []).map((one) => one.key)))
      field.constraints = field.constraints.filter((one) => !own.has(one.key))
    }
  }
}
