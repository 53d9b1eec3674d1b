import { transportContract } from '../../testing/transport-contract.ts'

transportContract('PostgreSQL', async () => ({}))
