// Characters that neither FHIR's strings nor XML may have (R4 datatypes, string; XML 1.0, 2.2); they come from printers and broken cables.
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/
const controls = new RegExp(control, 'g')

export const hasControls = (text: string): boolean => control.test(text)

export const withoutControls = (text: string): string => (control.test(text) ? text.replace(controls, '') : text)

/** One text of several, put together at once: JSON that holds texts still in pieces is written half as fast. */
export const inOnePiece = (...pieces: string[]): string => pieces.join('')
