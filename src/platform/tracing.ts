import type { Config } from './config.ts'
import type { World } from './world.ts'

/** What the spans are of, in the form that the SDK takes; merging is for those who detect more. */
const resource = { attributes: { 'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'spona' }, getRawAttributes: () => [], merge: () => resource }

/**
 * With OTEL_EXPORTER_OTLP_ENDPOINT every span goes to a collector there, as OTLP over HTTP at `/v1/traces`. The SDK is loaded only
 * then; it reads the other OTEL_ settings (headers, sampling, limits) itself. A collector that is away costs spans and nothing else.
 */
export async function startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Config, log: World['log']): Promise<() => Promise<void>> {
  if (endpoint === '') return async () => {}
  const [{ trace }, { BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] })
  trace.setGlobalTracerProvider(provider)
  log.info('spans go to the collector of OTEL_EXPORTER_OTLP_ENDPOINT')
  return async () => {
    trace.disable()
    await provider.shutdown().catch((error: unknown) => log.warn({ err: error }, 'the last spans could not be sent'))
  }
}
