import assert from 'node:assert/strict'

/** Validates an XML document against a schema, by a validator that is not ours. */
export async function fitsSchema(xml: string, schema: string): Promise<void> {
  const { XmlDocument, XsdValidator } = await import('libxml2-wasm')
  using document = XmlDocument.fromString(xml)
  using definition = XmlDocument.fromString(schema)
  using validator = XsdValidator.fromDoc(definition)
  assert.doesNotThrow(() => validator.validate(document))
}
