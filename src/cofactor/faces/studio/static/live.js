// Sliders that everything answers. One request is on its way at a time and the newest wins: what was moved meanwhile is
// asked for next, and an answer is shown whole, its gates first. The link holds the doses, after # where no server sees
// them, and nothing of the person. No sentence is written here.
const live = document.getElementById('live')
const form = document.getElementById('sliders')
const lang = document.documentElement.lang
const LETTERS = 'ABCD'
const SETTLED = 250 // ms without a move after which the address is written: browsers count how often it changes
const SPOKEN = 700 // ms without an answer after which a screen reader is told: it would read every step otherwise
const IU_PER_UG = 40 // of vitamin D
const groups = [...form.querySelectorAll('.slide')].map((box) => ({
  key: box.dataset.key,
  own: box.dataset,
  range: box.querySelector('input'),
  shown: box.querySelector('output'),
  form: box.querySelector('[data-what=form]'),
  intakes: box.querySelector('[data-what=intakes]'),
  set: false,
}))
let kept = []

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
const scenario = () => groups.filter((group) => group.set).map(part).join('~')

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

function state() {
  const found = new URLSearchParams({ s: scenario() })
  kept.forEach((one) => found.append('keep', one))
  return found
}

function query(more = {}) {
  const found = state()
  for (const [name, value] of Object.entries({ v: live.dataset.version, ...more })) found.set(name, value)
  return found
}

function remember() {
  history.replaceState(null, '', `#${state()}`)
  for (const kind of ['csv', 'parquet']) {
    document.getElementById(kind).href = `/live/${live.dataset.case}/levels.${kind}?${query()}`
  }
}

// ------------------------------------------------------------------------------------------ asking and showing

const small = [...document.querySelectorAll('[data-small]')]
const captions = [...document.querySelectorAll('[data-caption]')]
const say = (words) => { document.getElementById('state').textContent = words }
let running = false
let wanted = false
let settled = 0
let speaking = 0

async function ask() {
  wanted = true
  clearTimeout(settled)
  settled = setTimeout(remember, SETTLED)
  if (running) return
  running = true
  while (wanted) {
    wanted = false
    await draw()
  }
  running = false
}

async function draw() {
  const asked = query({ w: document.getElementById('main-chart').clientWidth })
  const answer = await fetch(`/live/${live.dataset.case}/view?${asked}`).catch(() => null)
  if (answer?.ok) show(await answer.json(), asked)
  else if (answer?.status === 429) await wait(answer)
  else say(answer ? (await answer.json()).problems.map((one) => `${one.got}. ${one.do}`).join(' ') : live.dataset.failed)
}

async function wait(answer) {
  say(live.dataset.busy)
  await new Promise((resume) => { setTimeout(resume, 1000 * (answer.headers.get('retry-after') ?? 1)) })
  wanted = true
}

function show(found, asked) {
  for (const [id, piece] of Object.entries(found.pieces)) document.getElementById(id).innerHTML = piece
  document.getElementById('main-chart').innerHTML = found.main
  for (const box of small) box.innerHTML = found.small[box.dataset.small]
  for (const box of captions) box.textContent = found.captions[box.dataset.caption]
  say('')
  clearTimeout(speaking)
  speaking = setTimeout(() => { document.getElementById('spoken').textContent = found.spoken }, SPOKEN)
  live.dataset.shows = asked
  document.dispatchEvent(new Event('drawn'))
}

// ------------------------------------------------------------------------------------------ what a person does

form.addEventListener('input', (event) => {
  const group = groups.find((one) => [one.range, one.form, one.intakes].includes(event.target))
  group.set = true
  tell(group)
  ask()
})
form.addEventListener('submit', (event) => event.preventDefault())

form.querySelectorAll('[data-set]').forEach((button) => {
  button.addEventListener('click', () => {
    stand({ now: '', plan: live.dataset.plan, nothing: live.dataset.nothing }[button.dataset.set])
    ask()
  })
})

document.getElementById('keep').addEventListener('click', () => {
  kept.push(scenario())
  offer()
  ask().then(() => say(live.dataset.kept.replace('#', LETTERS[kept.length - 1])))
})

document.getElementById('link').addEventListener('click', async () => {
  remember()
  await navigator.clipboard?.writeText(location.href)
  say(live.dataset.copied)
})

/** A button for each kept scenario, that takes it out. */
function offer() {
  document.getElementById('keep').disabled = kept.length >= live.dataset.most
  document.getElementById('forget').replaceChildren(...kept.map((_, i) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = live.dataset.forget.replace('#', LETTERS[i])
    button.addEventListener('click', () => { kept.splice(i, 1); offer(); ask() })
    return button
  }))
}

function read() {
  const found = new URLSearchParams(location.hash.slice(1))
  kept = found.getAll('keep').slice(0, live.dataset.most)
  stand(found.get('s') ?? live.dataset.plan)
  offer()
  ask()
}

let width = document.getElementById('main-chart').clientWidth
addEventListener('resize', () => {
  const now = document.getElementById('main-chart').clientWidth
  if (now !== width) ask()
  width = now
})
addEventListener('hashchange', read)
read()
