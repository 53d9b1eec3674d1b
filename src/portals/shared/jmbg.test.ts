import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlWrong } from './jmbg.ts'

test('one wrong digit of a JMBG is noticed; what has another length is not judged', () => {
  assert.equal(isControlWrong('0101990710008'), isControlWrong('0101990 710008'))
  const digits = '010199071000'
  const right = [...'0123456789'].filter((digit) => !isControlWrong(digits + digit))
  assert.equal(right.length, 1)
  assert.equal(isControlWrong('12345'), false)
  assert.equal(isControlWrong('Петровић 1980'), false)
})
