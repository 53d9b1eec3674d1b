import { entriesOf } from '../runtime/bundle-entries.ts'
import { isResourceType } from '../xml/shapes.ts'
import type { Rule } from './strict.ts'

const relative = /^([A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:#.*)?$/
const plain = /^[A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/
const restful = /^https?:\/\/.+\/([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** references.html and bundle.html#references, as far as the other checks do not cover them. */
export const referenceRule: Rule = ({ reference, type: declared }, { check, depth }) => {
  // The type of a logical model is a URL; a plain word must be a type of FHIR (references.html#Reference, element type).
  if (typeof declared === 'string' && !declared.includes(':') && !isResourceType(declared)) {
    check.add('value', check.path(depth, 'type'), 'FHIR R4 has no resource type of this name', 'Correct the type or leave it out.')
  }
  if (reference === '#' && !check.inContained) {
    check.add('not-found', check.path(depth, 'reference'), 'only a contained resource refers to what contains it', 'Name a resource.')
  }
  if (typeof reference !== 'string' || reference.startsWith('#')) return
  const path = () => check.path(depth, 'reference')
  const { bundle } = check
  const isAlone = bundle === undefined || check.root === bundle
  if (isAlone && plain.test(reference)) return
  const type = relative.exec(reference)?.[1]
  if (type === undefined && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(reference) && !reference.includes('?')) {
    check.add('invalid', path(), 'a relative reference must be of the form Type/id', 'Write Type/id or an absolute URL.')
    return
  }
  if (isAlone) return
  const entries = entriesOf(bundle, check)
  if (/^urn:(uuid|oid):/.test(reference)) {
    const isOpen = ['transaction', 'batch', 'document', 'message', 'collection'].includes(String(bundle.type))
    if (isOpen && entries.find(reference, check.root) === undefined) {
      // What it names may be known elsewhere: that it is not here is no fault of the bundle's own (bundle.html#references).
      check.add('not-found', path(), 'no entry of the bundle has this fullUrl', 'Add the entry or correct the reference.', 'warning')
    }
    return
  }
  const target = entries.find(reference, check.root)
  const named = type ?? restful.exec(reference)?.[1]
  if (target !== undefined && named !== undefined && isResourceType(named) && target.resourceType !== named) {
    check.add('structure', path(), `the entry of this name is not a ${named}`, 'Make the type of the reference and of the entry agree.')
  }
  const namesake = target === undefined && type !== undefined ? entries.find(`urn:uuid:${reference.split('/')[1] as string}`, check.root) : undefined
  if (namesake !== undefined && namesake.resourceType !== type) {
    check.add('structure', path(), `the entry of this UUID is not a ${type}`, 'Write urn:uuid: and the UUID, to an entry of the right type.')
  }
  const isInFrame = ['document', 'message', 'collection'].includes(String(bundle.type))
  if (isInFrame && type !== undefined && entries.urlOf(check.root) === undefined) {
    check.add('invalid', path(), 'a relative reference means nothing in an entry without fullUrl', 'Give the entry a fullUrl.')
  }
}
