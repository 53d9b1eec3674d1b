const store = 32
const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** Makes the key file of an edge (its form: src/edge/centre/key-file.ts) in the browser, so that the private key never leaves the vendor's machine. */
export async function makeKeyFile(): Promise<string> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey)
  return `${JSON.stringify({ key: { kty, crv, x, y, d }, client: null, store: base64url(crypto.getRandomValues(new Uint8Array(store))) }, null, 1)}\n`
}

export function saveFile(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
