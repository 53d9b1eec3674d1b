/** Without a repeated group: a scanned letter of some megabytes would exhaust the stack of the pattern. */
export const isBase64 = (data: string): boolean => data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data)
