import {
  accountOfWorker,
  accountsOfPatients,
  accountsOfWorkers,
  accountsWith,
  actorOfAccount,
  createAccount,
  demoAccounts,
  openAccounts,
  revokeAccount,
  revokeAccounts,
} from './account.ts'
import { rememberAddress } from './address.ts'
import { authenticate, limit } from './authenticate.ts'
import { issueCardProof, useCardProof } from './card.ts'
import { closeClaim, fileClaim } from './claim.ts'
import { confirmPresence } from './confirm.ts'
import { actorOfClient, addClient, clientById, revokeClient, setClientCertificate, setClientKeys } from './client.ts'
import { decide, isTreatedAt, relationsOf } from './decide.ts'
import { refusalOf } from './denial.ts'
import { setGuardians } from './guardians.ts'
import { asOperator } from './operator.ts'
import { missingForProduction } from './production.ts'
import { endRelation, endRelationsOf, type NewRelation, relateAll, setDuty, setSubstitution } from './relation-store.ts'
import { hasScope, requireScope } from './scope.ts'
import { typesHidden } from './views.ts'
import { closeVisits, openVisit, visitEntry } from './visit.ts'
import type { Actor } from '../platform/actor.ts'
import type { Sql, Transaction } from '../platform/world.ts'

// The door: what other slices may use of access.
export { authenticate, createAccount, decide, relateAll, relationsOf, requireScope, setDuty, typesHidden }
export type { NewAccount } from './account.ts'
export type { Citizen } from './citizen.ts'
export type { Action, Basis, Decision, RelationKind, Relations, View } from './relation.ts'
export type { Duty, NewRelation, Substitution } from './relation-store.ts'
export type { Interaction } from './scope.ts'
export type { OpenVisit, Proof, VisitWish } from './visit.ts'

/** One relation; `relateAll` takes any number. */
export const relate = (tx: Transaction, relation: NewRelation): Promise<void> => relateAll(tx, [relation])

/** What only a few callers need. */
export const access = {
  /** The 403 of a denied decision, in the language of the request. */
  refusalOf,
  /** For what an answer brings along: leaves out instead of refusing. */
  hasScope,
  isTreatedAt,
  /** How often one address may ask an open route, and one person what costs much. */
  limit,
  /** Once more, before what a found screen must not open. */
  confirmPresence,
  openVisit,
  closeVisits,
  visitEntry,
  issueCardProof,
  useCardProof,
  /** Encounters in progress that systems report: filed by the record, confirmed by the doctor, closed with the encounter. */
  fileClaim,
  closeClaim,
  endRelation,
  endRelationsOf,
  setSubstitution,
  revokeAccount,
  revokeAccounts,
  openAccounts,
  accountsOfPatients,
  accountsOfWorkers,
  /** By the register of persons. */
  setGuardians,
  accountsWith,
  /** A registered system by its id, for what an operator does in its name. Null when there is none or it is revoked. */
  async systemOf(sql: Sql, id: string): Promise<Actor | null> {
    const client = await clientById(sql, id)
    return client && client.revokedAt === null ? actorOfClient(client, client.scopes) : null
  },
  /** The accounts of the demo by their names, for what the demo does as them. */
  demoActors: async (sql: Sql) => new Map((await demoAccounts(sql)).map((one) => [one.userName, actorOfAccount(one, null)])),
  /** A health worker for whom their institution vouches, with the rights that they have when they sign in there. Null when they do not. */
  async workerOf(sql: Sql, worker: number, institution: number): Promise<Actor | null> {
    const account = await accountOfWorker(sql, worker, institution)
    return account && actorOfAccount(account, null)
  },
  /** Systems that join by themselves, over the bus, get and keep their client there. */
  addClient,
  setClientKeys,
  setClientCertificate,
  clientCertificate: async (sql: Transaction, id: string) => (await clientById(sql, id))?.certificate ?? null,
  revokeClient,
  /** An act of the command line, with its audit row in the same transaction. */
  asOperator,
  /** For the start of the server: what is missing without the demo, and where it listens once it does. */
  missingForProduction,
  rememberAddress,
}
