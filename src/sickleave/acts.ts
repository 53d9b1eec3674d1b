import type { Asking } from './asking.ts'
import { decideLeave } from './commission/commission.ts'
import { changeLeave, openLeave } from './doctor/doctor.ts'
import { submitForm } from './earnings/form.ts'
import { mandateFile } from './employer/mandate-file.ts'
import { leavesFor } from './employer/read.ts'
import { decideRequest } from './fund/decide.ts'
import { executePayment, makePayment } from './fund/payment.ts'
import { makeObjection } from './objection/make.ts'
import { actOnRequest, attachEvidence, type RequesterAct, writeRequest } from './request/requester.ts'
import { employerSide } from './request/side.ts'

/** The acts of the routes, for a program that acts as somebody: with the same rights, rules, papers and rows of the access log. */
export const acts = {
  openLeave,
  changeLeave,
  decideLeave,
  submitForm,
  mandateFile,
  leavesFor,
  decideRequest,
  makePayment,
  executePayment,
  writeRequest: async (asking: Asking, pib: string, given: unknown) => writeRequest(asking, await employerSide(asking, pib, 'write'), given),
  attachEvidence: async (asking: Asking, pib: string, request: string, given: unknown) =>
    attachEvidence(asking, await employerSide(asking, pib, 'write'), request, given),
  actOnRequest: async (asking: Asking, pib: string, request: string, act: RequesterAct, given: unknown) =>
    actOnRequest(asking, await employerSide(asking, pib, act === 'submission' ? 'sign' : 'write'), request, act, given),
  makeObjection: async (asking: Asking, pib: string, given: unknown) => makeObjection(asking, await employerSide(asking, pib, 'write'), given),
}
