import type { Command } from '../platform/cli.ts'
import { catalogueText } from '../platform/errors/page.ts'
import { repeatCommand, verifyCommand } from './certificate.cli.ts'

const errorsCommand: Command = {
  name: 'vendor errors',
  summary: 'The catalogue of errors of bus, edge and sandbox as a page: docs/errors.md is made of it.',
  options: {},
  needs: 'nothing',
  run: async (_world, _options, print) => {
    print(catalogueText().trimEnd())
    return 0
  },
}

export const commands: Command[] = [errorsCommand, repeatCommand, verifyCommand]
