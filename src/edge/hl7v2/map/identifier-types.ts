import type { Json } from '../../draft/draft.ts'

// The displays of HL7 table 0203 as its code system has them. MB is not here: in Serbia it is the number of a legal person.
const typeNames = new Map<string, string>(
  Object.entries({
    AN: 'Account number',
    ANC: 'Account number Creditor',
    AND: 'Account number debitor',
    ANON: 'Anonymous identifier',
    BA: 'Bank Account Number',
    BC: 'Bank Card Number',
    BR: 'Birth registry number',
    DI: "Diner's Club card",
    DL: "Driver's license number",
    DN: 'Doctor number',
    EI: 'Employee number',
    EN: 'Employer number',
    FI: 'Facility ID',
    FILL: 'Filler Identifier',
    HC: 'Health Card Number',
    LR: 'Local Registry ID',
    MA: 'Patient Medicaid number',
    MC: "Patient's Medicare number",
    MD: 'Medical License number',
    MI: 'Military ID number',
    MR: 'Medical record number',
    NI: 'National unique individual identifier',
    NIIP: 'National Insurance Payor Identifier (Payor)',
    NPI: 'National provider identifier',
    PI: 'Patient internal identifier',
    PLAC: 'Placer Identifier',
    PN: 'Person number',
    PNT: 'Temporary Living Subject Number',
    PPN: 'Passport number',
    PRN: 'Provider number',
    RI: 'Resource identifier',
    SB: 'Social Beneficiary Identifier',
    SL: 'State license',
    SS: 'Social Security number',
    TAX: 'Tax ID number',
    VN: 'Visit number',
    XX: 'Organization identifier',
  }),
)
export function typeOf(code: string): Json {
  const display = typeNames.get(code)
  const system = 'http://terminology.hl7.org/CodeSystem/v2-0203'
  return { coding: [display === undefined ? { system, code } : { system, code, display }] }
}
