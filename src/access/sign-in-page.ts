import type { Language } from './denial.ts'
import { languageNames, languages, nameIn, roleIn, wordsIn } from './sign-in-words.ts'

/** Markup made safe: values between the tags are escaped, unless they are markup themselves. */
class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text: string) => text.replace(/[&<>"']/g, (letter) => escapes[letter] as string)
type Part = string | number | Markup | Part[]
const print = (part: Part): string => (Array.isArray(part) ? part.map(print).join('') : part instanceof Markup ? part.text : escape(String(part)))
const html = (strings: TemplateStringsArray, ...parts: Part[]) =>
  new Markup(strings.map((text, at) => text + (at < parts.length ? print(parts[at] as Part) : '')).join(''))

export type DemoAccount = { userName: string; name: string; roles: readonly string[]; institutionName: string | null }
export type SignInProblem = 'wrong' | 'tooMany' | 'busy'
export type SignInPage = {
  language: Language
  action: string
  accounts: readonly DemoAccount[]
  problem?: SignInProblem
  userName?: string
  demoPassword: string
}

/** The page where people of the demo say who they are: no script, so the strictest policy holds; every form works by keyboard alone. */
export function signInPage(page: SignInPage): string {
  const { language, action, accounts, problem } = page
  const t = wordsIn(language)
  const alert = problem ? html`<p class="alert" role="alert" id="problem">${t[problem]}</p>` : ''
  const oneClick = accounts.map(
    (account) => html`
    <li><form method="post" action="${action}">
      <input type="hidden" name="user" value="${account.userName}"><input type="hidden" name="password" value="${page.demoPassword}">
      <button type="submit"><span class="name">${nameIn(language, account.name)}</span>
        <span class="role">${account.roles.map((role) => roleIn(language, role)).join(', ')}${account.institutionName ? ` · ${nameIn(language, account.institutionName)}` : ''}</span>
        <span class="user">${account.userName}</span></button>
    </form></li>`,
  )
  const demo =
    accounts.length === 0
      ? ''
      : html`<section aria-labelledby="demo"><h2 id="demo">${t.demo}</h2><p>${t.demoHint}</p><ul class="accounts">${oneClick}</ul></section>`
  const described = problem ? html` aria-describedby="problem"` : ''
  return layout(
    language,
    t.title,
    action,
    html`
    <h1>${t.title}</h1><p class="lead">${t.lead}</p>${alert}${demo}
    <section aria-labelledby="with-name"><h2 id="with-name">${t.withName}</h2>
      <form method="post" action="${action}" class="by-name">
        <label for="user">${t.userName}</label>
        <input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="100" value="${page.userName ?? ''}"${described}>
        <label for="password">${t.password}</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256"${described}>
        <button type="submit" class="primary">${t.signIn}</button>
      </form></section>`,
  )
}

export type Ending = 'over' | 'noAccount' | 'failed'

/** Where a sign-in that cannot go on ends: what happened and the way back. */
export function endingPage(language: Language, ending: Ending, action: string): string {
  const t = wordsIn(language)
  const more = ending === 'noAccount' ? html`<p>${t.noAccountHint}</p>` : ''
  return layout(language, t.title, action, html`<h1>${t[ending]}</h1>${more}<p><a class="primary" href="/sign-in">${t.again}</a></p>`)
}

function layout(language: Language, title: string, action: string, body: Markup): string {
  const t = wordsIn(language)
  const choices = languages.map((one) =>
    one === language
      ? html`<li><span lang="${one}" aria-current="true">${languageNames[one]}</span></li>`
      : html`<li><a lang="${one}" hreflang="${one}" href="${action}?language=${one}">${languageNames[one]}</a></li>`,
  )
  return html`<!doctype html>
<html lang="${language === 'sr' ? 'sr-Cyrl' : language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title} · Spona</title><link rel="stylesheet" href="/sign-in/style.css"></head>
<body><header><span class="brand" lang="sr-Latn">Spona</span><nav aria-label="${t.language}"><ul>${choices}</ul></nav></header>
<main>${body}</main></body>
</html>`.text
}

/** Calm and dense; colours keep a contrast of at least 4.5 in both schemes. */
export const styleSheet = `
:root { --ink: #17242d; --soft: #51626d; --paper: #f6f8f9; --card: #fff; --line: #c9d3d9; --accent: #0b5c6b; --on-accent: #fff; --alert: #8a1c1c; --alert-paper: #fdeeee }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eef1; --soft: #a9b8c1; --paper: #11191e; --card: #1a252c; --line: #3b4c56; --accent: #7fd0de; --on-accent: #06252b; --alert: #ffb4b4; --alert-paper: #3a1717 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, "Noto Sans", sans-serif }
header { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .75rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--card) }
.brand { font-weight: 700; letter-spacing: .02em }
nav ul { display: flex; gap: .25rem; list-style: none; margin: 0; padding: 0 }
nav li > * { display: block; padding: .375rem .625rem; border-radius: .375rem; color: var(--accent) }
nav [aria-current] { color: var(--ink); font-weight: 600 }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: .5rem 0 } h2 { font-size: 1.125rem; margin: 2rem 0 .25rem }
.lead, section > p { margin: 0 0 .75rem; color: var(--soft) }
.alert { padding: .75rem 1rem; border-left: 4px solid var(--alert); background: var(--alert-paper); color: var(--alert) }
.accounts { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .5rem; list-style: none; margin: 0; padding: 0 }
.accounts form, .accounts button { height: 100% }
.accounts button { display: grid; align-content: start; grid-template-columns: 1fr auto; width: 100%; padding: .625rem .875rem; text-align: start; background: var(--card); color: inherit; border: 1px solid var(--line); border-radius: .5rem; font: inherit; cursor: pointer }
.accounts button:hover { border-color: var(--accent) }
.name { font-weight: 600 } .role { grid-column: 1 / -1; grid-row: 2; color: var(--soft); font-size: .875rem } .user { color: var(--soft); font-size: .875rem }
.by-name { display: grid; gap: .25rem; max-width: 22rem }
label { font-weight: 600; margin-top: .5rem }
input { font: inherit; color: inherit; padding: .5rem .625rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--card) }
.primary { display: inline-block; margin-top: 1rem; padding: .625rem 1rem; border: 0; border-radius: .375rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
`
