/**
 * The paragraph of the law for a figure, without our own notes on how certain it is: a note such as "the article was not read" is for those who
 * maintain the numbers (the Fund, `sickleave parameter list`) and of no use to an employee.
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
