/**
 * Where a figure stands in the law, without our own notes on how sure that is: "the article was not read" is for those who answer for the numbers
 * (the Fund, `sickleave parameter list`), and a wage earner can do nothing with it.
 */
export function lawOf(paragraph: string): string {
  const withoutNotes = paragraph.replace(/\s*\([^)]*\)/g, (note) => (isOurs(note) ? '' : note))
  return withoutNotes
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !isOurs(part))
    .join('; ')
}

const isOurs = (text: string) => /прочитан|потврђен|извор|тумачење|^R-\d|^предлог$/.test(text)
