/** The pattern has no repeated group: on a scanned letter of some megabytes it would exhaust the stack. */
export const isBase64 = (data: string): boolean => data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data)
