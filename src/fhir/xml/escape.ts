// Characters that XML 1.0 cannot hold in any form; lone surrogates are mended before.
// oxlint-disable-next-line no-control-regex
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
// oxlint-disable-next-line no-control-regex
const special = /[&<>"\u0000-\u001f\ud800-\udfff\ufffe\uffff]/
const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\r': '&#13;', '\t': '&#9;' }

const storable = (text: string): string => text.toWellFormed().replace(impossible, '\ufffd')

/** Escapes the value of an attribute. Line ends become references, because a reader turns plain ones into spaces. */
export function attributeText(text: string): string {
  return special.test(text) ? storable(text).replace(/[&<>"\n\r\t]/g, (one) => references[one] as string) : text
}

const numbered = /&#(?:x([0-9A-Fa-f]+)|(\d+));/g

/** Whether XML 1.0 can hold the character (2.2). It cannot hold others as references, either: no reader accepts a document with `&#1;`. */
function isWritable(point: number): boolean {
  if (point < 0x20) return point === 9 || point === 10 || point === 13
  return point < 0xd800 || (point > 0xdfff && point <= 0x10ffff && point !== 0xfffe && point !== 0xffff)
}

const pointOf = (hex: string | undefined, ten: string | undefined) => (hex === undefined ? Number(ten) : Number.parseInt(hex, 16))

/** Whether a numbered reference names a character that XML cannot hold. */
export function hasImpossibleReference(text: string): boolean {
  for (const [, hex, ten] of text.matchAll(numbered)) if (!isWritable(pointOf(hex, ten))) return true
  return false
}

/**
 * A narrative as it may stand in an XML document. JSON allows it the named characters of HTML, which XML does not know, and an
 * unescaped ampersand in an address.
 */
export function narrativeText(div: string): string {
  const trimmed = storable(div)
    .trim()
    .replace(numbered, (all, hex: string | undefined, ten: string | undefined) => (isWritable(pointOf(hex, ten)) ? all : '\ufffd'))
    .replaceAll(']]>', ']]&gt;')
  const named = trimmed.replace(/&(?!(?:#\d+|#x[0-9A-Fa-f]+|lt|gt|amp|quot|apos);)(?:([A-Za-z][A-Za-z0-9]*);)?/g, (all, name: string | undefined) => {
    const point = name === undefined ? undefined : points.get(name)
    return point === undefined ? `&amp;${all.slice(1)}` : `&#${point};`
  })
  return /^<div[^>]*\sxmlns\s*=/.test(named) ? named : named.replace(/^<div/, '<div xmlns="http://www.w3.org/1999/xhtml"')
}

/** The entities of HTML 4 (W3C recommendation, section 24): Latin-1 in the order of their code points, then the rest with theirs. */
const latin = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot
  cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute
  Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde
  auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave
  uacute ucirc uuml yacute thorn yuml`
const others = `OElig 338 oelig 339 Scaron 352 scaron 353 Yuml 376 fnof 402 circ 710 tilde 732 Alpha 913 Beta 914 Gamma 915 Delta 916 Epsilon 917
  Zeta 918 Eta 919 Theta 920 Iota 921 Kappa 922 Lambda 923 Mu 924 Nu 925 Xi 926 Omicron 927 Pi 928 Rho 929 Sigma 931 Tau 932 Upsilon 933 Phi 934
  Chi 935 Psi 936 Omega 937 alpha 945 beta 946 gamma 947 delta 948 epsilon 949 zeta 950 eta 951 theta 952 iota 953 kappa 954 lambda 955 mu 956
  nu 957 xi 958 omicron 959 pi 960 rho 961 sigmaf 962 sigma 963 tau 964 upsilon 965 phi 966 chi 967 psi 968 omega 969 thetasym 977 upsih 978
  piv 982 ensp 8194 emsp 8195 thinsp 8201 zwnj 8204 zwj 8205 lrm 8206 rlm 8207 ndash 8211 mdash 8212 lsquo 8216 rsquo 8217 sbquo 8218 ldquo 8220
  rdquo 8221 bdquo 8222 dagger 8224 Dagger 8225 bull 8226 hellip 8230 permil 8240 prime 8242 Prime 8243 lsaquo 8249 rsaquo 8250 oline 8254
  frasl 8260 euro 8364 image 8465 weierp 8472 real 8476 trade 8482 alefsym 8501 larr 8592 uarr 8593 rarr 8594 darr 8595 harr 8596 crarr 8629
  lArr 8656 uArr 8657 rArr 8658 dArr 8659 hArr 8660 forall 8704 part 8706 exist 8707 empty 8709 nabla 8711 isin 8712 notin 8713 ni 8715
  prod 8719 sum 8721 minus 8722 lowast 8727 radic 8730 prop 8733 infin 8734 ang 8736 and 8743 or 8744 cap 8745 cup 8746 int 8747 there4 8756
  sim 8764 cong 8773 asymp 8776 ne 8800 equiv 8801 le 8804 ge 8805 sub 8834 sup 8835 nsub 8836 sube 8838 supe 8839 oplus 8853 otimes 8855
  perp 8869 sdot 8901 lceil 8968 rceil 8969 lfloor 8970 rfloor 8971 lang 9001 rang 9002 loz 9674 spades 9824 clubs 9827 hearts 9829 diams 9830`
const points = new Map<string, number>([
  ...latin.split(/\s+/).map((name, at): [string, number] => [name, 160 + at]),
  ...[...others.matchAll(/(\w+) (\d+)/g)].map(([, name, point]): [string, number] => [name as string, Number(point)]),
])
