import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { type Charset, encode } from './charset.ts'
import { readMessage } from './message.ts'

const message = (said: string, name: string) => `MSH|^~\\&|LIS|B|S|RS|20260301||ORU^R01|1|P|2.5||||||${said}\rPID|1||1^^^B^MR||${name}\r`
function read(written: Charset, said: string, name: string, fallback?: Charset): string {
  try {
    return (
      readMessage(encode(message(said, name), written), fallback)
        .segments[1]?.first(5)
        ?.whole() ?? ''
    )
  } catch (error) {
    assert.ok(error instanceof Refusal)
    assert.equal(error.expression, 'MSH-18')
    return `${error.message}. ${error.hint}`
  }
}

test('letters in another character set than MSH-18 or the settings name are refused with both names, and no patient is filed under them', () => {
  for (const [written, said, name, used, looks] of [
    ['cp852', 'CP1250', 'Petrović^Đorđe', 'windows-1250', 'cp852'],
    ['cp852', 'CP1250', 'Petrović^Ana', 'windows-1250', 'cp852'],
    ['windows-1250', '8859/2', 'Šarić^Žika', 'iso-8859-2', 'windows-1250'],
    ['iso-8859-2', 'CP1250', 'Žika^Miloš Šarić', 'windows-1250', 'iso-8859-2'],
    ['windows-1250', 'CP1251', 'Đorđević^Čarapić', 'windows-1251', 'windows-1250'],
    ['windows-1251', 'CP1250', 'Петровић^Ђорђе', 'windows-1250', 'windows-1251'],
    ['utf-8', 'CP1250', 'Petrović^Ana', 'windows-1250', 'utf-8'],
    ['utf-8', '8859/2', 'Петровић^Ана', 'iso-8859-2', 'utf-8'],
  ] as const)
    assert.match(
      read(written, said, name),
      new RegExp(`^the letters of the message are not written in ${used}. MSH-18 says so; they look like ${looks}\\.`),
      `${written} as ${said}`,
    )
  assert.match(
    read('cp852', '', 'Petrović^Đorđe'),
    /not written in windows-1250. MSH-18 names no other, and the edge's local.charset is windows-1250; they look like cp852/,
  )
  assert.match(read('windows-1250', 'CP1251', 'Müller^Çelik'), /not written in windows-1251. MSH-18 says so\. Say in MSH-18/, 'words of two scripts')
})

test('letters as MSH-18 declares them are taken: those of neighbours, units, trade marks, and a typing error', () => {
  for (const [charset, said, name] of [
    ['windows-1250', 'CP1250', 'Đorđević^Žika'],
    ['windows-1250', '', 'Đorđević^Žika'],
    ['iso-8859-2', '8859/2', 'Šćepanović^Žika'],
    ['cp852', 'CP852', 'Čarapić^Šime'],
    ['windows-1251', 'CP1251', 'Ђорђевић^Ана COVID-19 и СOVID'],
    ['windows-1250', 'CP1250', 'Müller^Jäger 37 °C, 3×dnevno, Aspirin® „5”'],
    ['windows-1250', 'CP1250', 'Łódź^Dvořák'],
    ['windows-1252', '8859/1', 'François^Ñuñez'],
    ['windows-1250', 'CP1250', 'Miloş^Ő'],
  ] as const)
    assert.equal(read(charset, said, name), name, said)
})
