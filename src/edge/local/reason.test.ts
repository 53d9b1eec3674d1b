import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonIn } from './reason.ts'

const cell = { sentence: 'line 2, column Рођен: is no date of the form DD.MM.YYYY', hint: 'Correct the cell, or the mapping, and send the row again.' }

test('the reason why an item stands aside is given in the language of the page, with local names left as they are', () => {
  assert.deepEqual(reasonIn('sr-Cyrl', cell), {
    sentence: { text: 'ред 2, колона Рођен: није датум облика DD.MM.YYYY' },
    hint: { text: 'Исправите ћелију, или мапирање, и пошаљите ред поново.' },
  })
  assert.deepEqual(reasonIn('sr-Latn', cell), {
    sentence: { text: 'red 2, kolona Рођен: nije datum oblika DD.MM.YYYY' },
    hint: { text: 'Ispravite ćeliju, ili mapiranje, i pošaljite red ponovo.' },
  })
  assert.deepEqual(reasonIn('en', cell), { sentence: { text: cell.sentence }, hint: { text: cell.hint } })
})

test('a sentence without a translation stays as it is and is marked as English', () => {
  const theirs = { sentence: 'the status is not one of R4', hint: 'Send a status that R4 knows.' }
  assert.deepEqual(reasonIn('sr-Cyrl', theirs), { sentence: { text: theirs.sentence, lang: 'en' }, hint: { text: theirs.hint, lang: 'en' } })
  const own = { ...cell, hint: 'Ask the ward.' }
  assert.deepEqual(reasonIn('sr-Cyrl', own).hint, { text: 'Ask the ward.', lang: 'en' })
  assert.deepEqual(reasonIn('sr-Cyrl', { sentence: 'it failed' }).hint, { text: '' })
})
