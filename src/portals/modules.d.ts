// `subset-font` comes without types.
declare module 'subset-font' {
  type Options = {
    targetFormat: 'woff2' | 'sfnt'
    keepFeatures?: string[]
    variationAxes: Record<string, number | { min: number; max: number }>
  }
  export default function subsetFont(font: Uint8Array, text: string, options: Options): Promise<Buffer>
}

// Style sheets of a page that is loaded when it is asked for.
declare module '*.css'
