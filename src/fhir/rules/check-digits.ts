// The tables of the Verhoeff check digit (dihedral group): SNOMED CT Release File Specification, section 6.4.
const products = ['0123456789', '1234067895', '2340178956', '3401289567', '4012395678', '5987604321', '6598710432', '7659821043', '8765932104', '9876543210']
const shifts = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258']

function isVerhoeff(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    sum = Number((products[sum] as string)[Number((shifts[at % 8] as string)[digit])])
  }
  return sum === 0
}

const judgedMax = 20_000
const judgedLengthMax = 40
/** Keeps verdicts: most codes are among the same few thousand. */
function remembered(judge: (code: string) => boolean): (code: string) => boolean {
  const judged = new Map<string, boolean>()
  return (code) => {
    const there = judged.get(code)
    if (there !== undefined) return there
    const verdict = judge(code)
    if (judged.size >= judgedMax) judged.clear()
    if (code.length <= judgedLengthMax) judged.set(code, verdict)
    return verdict
  }
}

/** A SNOMED CT code is an identifier of 6 to 18 digits with a check digit. An expression is right when all identifiers in it are. */
export const isSnomedCode = remembered((code) => {
  if (/^[1-9]\d{5,17}$/.test(code)) return isVerhoeff(code)
  if (/^\w+$/.test(code)) return false
  const ids = code
    .replace(/\|[^|]*\|/g, '')
    .replace(/"[^"]*"|#[\d.]+/g, '')
    .match(/\d{6,}/g)
  return ids !== null && ids.every((id) => isVerhoeff(id))
})

/**
 * A LOINC code is a number with its mod-10 check digit, such as 8310-5. Parts, answers, lists and groups have a prefix (LP, LA, LL, LG) and
 * another kind of digit, which is not checked.
 */
export const isLoincCode = remembered((code) => {
  if (/^(?:LP|LA|LL|LG)\d{1,7}-\d$/.test(code)) return true
  const found = /^(\d{1,7})-(\d)$/.exec(code)
  if (found === null) return false
  const digits = [...(found[1] as string)].reverse()
  const doubled = String(Number(digits.filter((_, at) => at % 2 === 0).join('')) * 2)
  const all = digits.filter((_, at) => at % 2 === 1).join('') + doubled
  const sum = [...all].reduce((total, digit) => total + Number(digit), 0)
  return (10 - (sum % 10)) % 10 === Number(found[2])
})
