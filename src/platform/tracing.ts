import type { Config } from './config.ts'
import type { World } from './world.ts'

type Sdk = { start(): void; shutdown(): Promise<void> }
/** The SDK is a large package that few installations want, so it is not among ours; its name is no literal, because it may not be there. */
const packageName = '@opentelemetry/sdk-node'

/** With OTEL_EXPORTER_OTLP_ENDPOINT spans go there, by the SDK when it is installed; without it the server says so and works on. */
export async function startTracing(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Config,
  log: World['log'],
  load = (name: string): Promise<unknown> => import(name),
): Promise<() => Promise<void>> {
  if (endpoint === '') return async () => {}
  try {
    const { NodeSDK } = (await load(packageName)) as { NodeSDK: new (how: { serviceName: string }) => Sdk }
    const sdk = new NodeSDK({ serviceName: 'spona' })
    sdk.start()
    return () => sdk.shutdown()
  } catch (error) {
    log.warn(
      { err: error },
      `OTEL_EXPORTER_OTLP_ENDPOINT is set and ${packageName} cannot be used: npm install ${packageName}; the server works without traces`,
    )
    return async () => {}
  }
}
