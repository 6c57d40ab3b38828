// A laboratory's file: read by the server, shown as it was understood, and only then added to the sheet.
import { caseOf } from './case-values.js'
import { COLON, once, send, sentence, tell } from './send.js'

/** Read what is pasted or chosen; `add` receives the results that the person wants in the sheet. */
export function bringLabs(form, address, add) {
  const found = document.getElementById('labs-found')
  const units = {}
  const start = document.getElementById('labs-read')
  start.addEventListener('click', () => once(start, read))

  async function read() {
    const file = document.getElementById('labs-file').files[0]
    const pasted = document.getElementById('labs-pasted').value
    const values = caseOf(form)
    const asked = { case: values, pasted, file: !pasted && file ? await base64(file) : '', units, dates: document.getElementById('labs-dates').value }
    show(await send(`${address}/labs`, asked))
  }

  function show({ ok, problems, said, taken, asked, refused }) {
    if (!ok) {
      found.replaceChildren()
      tell(problems, found)
      return
    }
    const parts = [...said.map((s) => line(s)), list(taken.map((row) => row.said)), ...refused.map((s) => line(s, 'problem')), ...asked.map(question)]
    if (asked.length) parts.push(button(found.dataset.again, read))
    if (taken.length) parts.push(button(found.dataset.add, () => { add(taken); found.replaceChildren() }))
    found.replaceChildren(...parts)
  }

  /** What the sheet prints settles a unit that a number alone cannot tell. */
  function question(one) {
    const label = line(sentence({ ...one.problem, expected: [] }))
    const choice = document.createElement('select')
    choice.setAttribute('aria-label', `${one.name}${COLON}${found.dataset.prints}`)
    choice.append(new Option(found.dataset.prints, ''), ...one.units.map((unit) => new Option(unit, unit)))
    choice.addEventListener('change', () => { if (choice.value) units[one.analyte] = choice.value; else delete units[one.analyte] })
    const box = document.createElement('div')
    box.className = 'field'
    box.append(label, choice)
    return box
  }
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768))
  return btoa(text)
}

function line(text, look) {
  return Object.assign(document.createElement('p'), { textContent: text, className: look ?? '' })
}

function list(texts) {
  const all = document.createElement('ul')
  all.append(...texts.map((text) => Object.assign(document.createElement('li'), { textContent: text })))
  return all
}

function button(text, act) {
  const made = Object.assign(document.createElement('button'), { type: 'button', textContent: text })
  made.addEventListener('click', act)
  return made
}
