import { baseUrl } from '../../platform/config.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { EmployerView } from '../employer/view.ts'
import { codeOf, genuinenessOf } from './code.ts'
import { paperAsPdf, slipAsPdf } from './pdf.ts'
import { sealOf } from './seal.ts'
import { type DocumentLanguage, documentLanguages } from './words.ts'
import { paperAsXml } from './xml.ts'

/** A document and the texts that are printed around it. It holds nothing that the employer's view does not have. */
export type Paper = {
  view: EmployerView & { document: NonNullable<EmployerView['document']> }
  jmbg: string | null
  isVoid: boolean
  code: string
  checkUrl: string
  sealedBy: string
  isQualified: boolean
  sealedAt: Date
  language: DocumentLanguage
}
export type PaperFile = { type: string; name: string; bytes: Buffer }

const forms = { pdf: 'application/pdf', slip: 'application/pdf', xml: 'application/xml' } as const
type Form = keyof typeof forms
const isForm = (text: string): text is Form => Object.hasOwn(forms, text)

/** The file of a document. The caller has found out that the reader may have it. `form` is pdf, xml or slip (one page with the code for checking). */
export async function paperFile(world: World, view: EmployerView, jmbg: string | null, form: string, language: unknown): Promise<PaperFile> {
  if (!isForm(form) || view.document === null) throw new Refusal('not-found', 'a document comes as pdf, xml or slip')
  const wanted = documentLanguages.find((one) => one === (language ?? 'sr-Cyrl'))
  if (!wanted) throw new Refusal('incorrect', `language is one of ${documentLanguages.join(', ')}`, { expression: 'language' })
  const code = codeOf(world, view.document)
  const [{ state }, seal] = [await genuinenessOf(world.sql, code), await sealOf(world)]
  const paper: Paper = {
    view: { ...view, document: view.document },
    ...{ jmbg, code, isVoid: state !== 'genuine', language: wanted, sealedAt: world.now() },
    ...{ checkUrl: `${baseUrl(world.config)}/check/${code}`, sealedBy: seal.name, isQualified: seal.isQualified },
  }
  const write = { pdf: paperAsPdf, slip: slipAsPdf, xml: paperAsXml }[form]
  const { number, version } = view.document
  return { type: forms[form], name: `${number}-${version}${form === 'slip' ? '-slip' : ''}.${form === 'xml' ? 'xml' : 'pdf'}`, bytes: await write(paper, seal) }
}
