import type { Clause } from '../../fhir/fhir.ts'

/** The clauses that a clause is joined of, at any depth; one that is not joined is alone. */
export const singleClauses = (clause: Clause): Clause[] => ('clauses' in clause ? clause.clauses.flatMap(singleClauses) : [clause])
