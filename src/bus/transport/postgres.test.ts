import { transportContract } from './contract.ts'

transportContract('PostgreSQL', async () => ({}))
