// `subset-font` has no types of its own.
declare module 'subset-font' {
  type Options = {
    targetFormat: 'woff2' | 'sfnt'
    keepFeatures?: string[]
    variationAxes: Record<string, number | { min: number; max: number }>
  }
  export default function subsetFont(font: Uint8Array, text: string, options: Options): Promise<Buffer>
}

// Style sheets of pages that are loaded on demand.
declare module '*.css'
