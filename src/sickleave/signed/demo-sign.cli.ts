import { readFileSync, writeFileSync } from 'node:fs'
import { type Command, WrongUse } from '../../platform/cli.ts'
import { signDetached } from '../document/seal.ts'
import { demoSigner } from './demo-authority.ts'
import { signPdf } from './sign-pdf.ts'

/** Does what a smart card and its program do elsewhere, for trying the page on which a request is signed. */
export const demoSignCommand: Command = {
  name: 'sickleave demo-sign',
  summary:
    'Sign a request that was downloaded, with a certificate of the demo that is not qualified: a PDF gets its signature inside, anything else a file .p7s beside it.',
  argument: { name: 'FILE', about: 'The PDF or XML of the page on which a request is signed.' },
  options: { name: { type: 'string', about: 'Name of the account that will submit it, for example "Весна Маринковић".' } },
  async run(world, options, print) {
    if (!world.config.DEMO) throw new WrongUse('only the demo signs by itself; elsewhere people sign with certificates of their own')
    const [file, name] = [String(options['argument']), options['name']]
    if (typeof name !== 'string') throw new WrongUse('say whose signature it is: --name')
    const { key, certificate } = await demoSigner(world, name)
    const seal = { key, certificate: certificate.raw, name, isQualified: false }
    const sign = (bytes: Buffer) => signDetached(seal, bytes)
    const given = readFileSync(file)
    const isPdf = given.subarray(0, 5).toString('latin1') === '%PDF-'
    const out = isPdf ? file.replace(/(\.pdf)?$/i, '-signed.pdf') : `${file}.p7s`
    writeFileSync(out, isPdf ? await signPdf(given, world.now(), sign) : await sign(given))
    print(out)
    return 0
  },
}
