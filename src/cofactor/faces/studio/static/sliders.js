// Sliders that a page answers. One request is on its way at a time and the newest wins: what was moved meanwhile is asked
// for next. The link holds doses and day, after # where no server sees them, and nothing of the person. No sentence is
// written here.
import { reach, sentence } from './send.js'

const root = document.getElementById('live')
const form = document.getElementById('sliders')
const day = document.getElementById('day')
const lang = document.documentElement.lang
const SETTLED = 250 // ms without a move after which the address is written: browsers count how often it changes
const IU_PER_UG = 40 // of vitamin D
const CHANGED = 409
const BUSY = 429
const REFUSED = 422
const PART = /^([a-z]+)(\d{1,4}(?:\.\d{1,2})?)(?:-(\w{1,40}))?(?:-([1-3]))?$/ // as the server reads one
const groups = [...form.querySelectorAll('.slide')].map((box) => ({
  key: box.dataset.key,
  own: box.dataset,
  range: box.querySelector('input'),
  shown: box.querySelector('output'),
  form: box.querySelector('[data-what=form]'),
  intakes: box.querySelector('[data-what=intakes]'),
  set: false,
}))

/** Scenarios kept beside the one on the sliders. */
export const kept = []
export const say = (...words) => { document.getElementById('state').replaceChildren(...words) }

/** Say why something was not answered; a page of an older version of the case can be loaded anew, its link stays. */
export function refuse({ status, problems }) {
  const said = problems.map((problem) => sentence(problem)).join(' ')
  if (status !== CHANGED) return say(said)
  const load = Object.assign(document.createElement('button'), { type: 'button', textContent: root.dataset.reload })
  load.addEventListener('click', () => location.reload())
  return say(said, ' ', load)
}

// ------------------------------------------------------------------------------------------ sliders and the link

const number = (value) => new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(value)

/** The amount of a slider in words: `25 µg = 1,000 IU` for a screen reader, `25 µg (1,000 IU)` beside the slider. */
function tell(group) {
  const { unit, iu } = group.range.dataset
  const amount = `${number(group.range.value)}\u00a0${unit}`
  const other = iu && `${number(group.range.value * IU_PER_UG)}\u00a0${iu}`
  group.range.setAttribute('aria-valuetext', other ? `${amount} = ${other}` : amount)
  group.shown.textContent = other ? `${amount} (${other})` : amount
}

function part(group) {
  const amount = group.key + group.range.value
  return group.own.form ? `${amount}-${group.form?.value ?? group.own.form}-${group.intakes?.value ?? 1}` : amount
}

/** The scenario of the sliders as an address holds it; what was not moved stays as in the case and is left out. */
export const scenario = () => groups.filter((group) => group.set).map(part).join('~')

function stand(text) {
  const parts = new Map((text ? text.split('~') : []).map((one) => [one.match(/^[a-z]+/)?.[0], one]))
  for (const group of groups) {
    const [amount, chosen, intakes] = (parts.get(group.key) ?? '').replace(/^[a-z]+/, '').split('-')
    group.set = parts.has(group.key)
    group.range.value = group.set ? amount : group.own.amount
    if (group.form) group.form.value = chosen || group.own.form
    if (group.intakes) group.intakes.value = intakes || group.own.intakes
    tell(group)
  }
}

/** Whether sliders can stand where a link says: the browser would put them somewhere else without a word. */
function readable(text) {
  return !text || text.split('~').every((one) => {
    const [, key, amount, chosen, intakes] = one.match(PART) ?? []
    const group = groups.find((of) => of.key === key)
    const forms = group?.form ? [...group.form.options].map((option) => option.value) : [group?.own.form]
    const most = group?.intakes?.options.length ?? 1
    return group && Number(amount) <= Number(group.range.max) && (!chosen || forms.includes(chosen)) && (intakes ?? 1) <= most
  })
}

function state() {
  const found = new URLSearchParams({ s: scenario() })
  if (day) found.set('day', day.value)
  kept.forEach((one) => found.append('keep', one))
  return found
}

/** What a request asks: the state, the version of the case that the page was made from, and what the page adds. */
export function query(more = {}) {
  const found = state()
  if (day) found.delete('keep')
  for (const [name, value] of Object.entries({ v: root.dataset.version, ...more })) found.set(name, value)
  return found
}

function remember() {
  history.replaceState(null, '', `#${state()}`)
  document.querySelectorAll('[data-ask]').forEach((link) => { link.href = `${link.dataset.ask}?${query()}` })
  document.querySelectorAll('[data-follow]').forEach((link) => { link.href = `${link.dataset.follow}#${state()}` })
}

// ------------------------------------------------------------------------------------------ asking and showing

let running = false
let wanted = false
let whole = true
let settled = 0
let page = {}
let linked = false // what is asked for came from a link, and nothing was moved since
let notice = '' // what stays said until something is moved

/** Ask for what the sliders say, and when they rest for what is out of sight too. `show(answer)` of the page shows it. */
export async function ask() {
  clearTimeout(settled)
  settled = setTimeout(() => {
    remember()
    if (!whole) drawing(true)
  }, SETTLED)
  await drawing(false)
}

async function drawing(all) {
  wanted = true
  whole = all || !page.partly
  if (running) return
  running = true
  try {
    while (wanted) {
      wanted = false
      await draw()
    }
  } finally {
    running = false
  }
}

async function draw() {
  const asked = query(page.more(whole))
  const { ok, status, problems, answer } = await reach(`${root.dataset.view}?${asked}`)
  if (ok) shown(await answer.json(), asked)
  else if (status === BUSY) await wait(answer)
  else if (status === REFUSED && linked) { fromPlan(); wanted = true }
  else refuse({ status, problems })
}

async function wait(answer) {
  say(root.dataset.busy)
  await new Promise((resume) => { setTimeout(resume, 1000 * (answer.headers.get('retry-after') ?? 1)) })
  wanted = true
}

function shown(found, asked) {
  for (const [id, piece] of Object.entries(found.pieces)) document.getElementById(id).innerHTML = piece
  page.show(found)
  say(notice)
  root.dataset.shows = asked
  document.dispatchEvent(new Event('drawn'))
}

// ------------------------------------------------------------------------------------------ what a person does

function read() {
  const found = new URLSearchParams(location.hash.slice(1))
  const [told, beside, on] = [found.get('s'), found.getAll('keep'), found.get('day')]
  const whole = [told, ...beside].every(readable) && beside.length <= root.dataset.most
  if (!whole || (day && on !== null && !(/^\d{1,3}$/.test(on) && Number(on) <= day.max))) fromPlan()
  else {
    begun('')
    linked = told !== null
    kept.splice(0, kept.length, ...beside)
    stand(told ?? root.dataset.plan)
    if (day) day.value = on ?? day.defaultValue
    page.changed?.()
  }
  ask()
}

/** A link that cannot be read: say so, and stand as the plan does. */
function fromPlan() {
  begun(root.dataset.unreadable)
  kept.splice(0, kept.length)
  stand(root.dataset.plan)
  if (day) day.value = day.defaultValue
  page.changed?.()
}

/** From here on it is not the link that speaks; `words` stay said until something is moved. */
function begun(words) {
  linked = false
  notice = words
  say(notice)
}

/** Begin: `show(answer)` puts an answer into the page, `more(whole)` adds to a request, `changed()` follows a new link;
 * `partly` tells that the page asks for what is in sight while sliders move. */
export function begin(of) {
  page = { more: () => ({}), ...of }
  form.addEventListener('input', (event) => {
    const group = groups.find((one) => [one.range, one.form, one.intakes].includes(event.target))
    if (!group) return
    begun('')
    group.set = true
    tell(group)
    ask()
  })
  form.addEventListener('submit', (event) => event.preventDefault())
  form.querySelectorAll('[data-set]').forEach((button) => {
    button.addEventListener('click', () => {
      begun('')
      stand({ now: '', plan: root.dataset.plan, nothing: root.dataset.nothing }[button.dataset.set])
      ask()
    })
  })
  document.getElementById('link').addEventListener('click', async () => {
    remember()
    await navigator.clipboard?.writeText(location.href)
    say(root.dataset.copied)
  })
  addEventListener('hashchange', () => { if (/(^#|&)s=/.test(location.hash)) read() }) // others lead to a place of the page
  document.querySelectorAll('[data-wait]').forEach((control) => { control.disabled = false })
  read()
}
