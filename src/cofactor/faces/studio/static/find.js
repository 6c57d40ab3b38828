// Finding by what is typed: a combobox with suggestions from the server. Arrows move, Enter takes, Escape closes.
import { send } from './send.js'

const WAIT = 150 // ms after the last key

/** Let every `[data-find]` of a form suggest; works for rows that are added later. */
export function suggest(form) {
  let timer
  form.addEventListener('input', (event) => {
    const box = event.target.closest('[data-find] [role=combobox]')
    if (!box) return
    if (box.dataset.shows) means(box, box.value)
    clearTimeout(timer)
    timer = setTimeout(() => look(box), WAIT)
  })
  form.addEventListener('keydown', (event) => {
    const box = event.target.closest('[data-find] [role=combobox]')
    if (box) key(box, event)
  })
  form.addEventListener('focusout', (event) => {
    const box = event.target.closest('[data-find] [role=combobox]')
    if (box) close(box)
  })
}

const listOf = (box) => box.closest('[data-find]').querySelector('[role=listbox]')
const hiddenOf = (box) => box.closest('[data-find]').querySelector('input[type=hidden]')

/** Another thing is meant from now on: what the person called the old one goes. */
function means(box, value) {
  hiddenOf(box).value = value
  box.closest('.row')?.querySelector('[data-own-name]')?.remove()
}

async function look(box) {
  const asked = box.value.trim()
  if (asked.length < 2) return close(box)
  const answer = await send(`/search/${box.closest('[data-find]').dataset.find}`, { q: asked })
  if (box.value.trim() !== asked || document.activeElement !== box) return undefined
  return show(box, answer.found ?? [])
}

function show(box, found) {
  const list = listOf(box)
  list.replaceChildren(...found.map((one, i) => option(box, one, i)))
  list.hidden = !found.length
  box.setAttribute('aria-expanded', String(!list.hidden))
}

function option(box, one, i) {
  const item = document.createElement('li')
  item.setAttribute('role', 'option')
  item.setAttribute('aria-selected', 'false')
  item.id = `${box.id}-${i}`
  item.textContent = one.name
  item.dataset.value = one.value
  item.dataset.name = one.name
  if (one.more) item.append(Object.assign(document.createElement('small'), { textContent: one.more }))
  item.addEventListener('mousedown', (event) => { event.preventDefault(); take(box, item) })
  return item
}

function key(box, event) {
  const options = [...listOf(box).children]
  const now = options.findIndex((one) => one.getAttribute('aria-selected') === 'true')
  if (event.key === 'Escape') { close(box); return }
  if (event.key === 'Enter' && now >= 0) { event.preventDefault(); take(box, options[now]); return }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || !options.length) return
  event.preventDefault()
  const next = options[(now + step + options.length) % options.length]
  options.forEach((one) => one.setAttribute('aria-selected', String(one === next)))
  box.setAttribute('aria-activedescendant', next.id)
  next.scrollIntoView({ block: 'nearest' })
}

function take(box, item) {
  box.value = item.dataset.name
  if (box.dataset.shows) means(box, item.dataset.value)
  close(box)
  box.dispatchEvent(new Event('change', { bubbles: true }))
}

function close(box) {
  listOf(box).hidden = true
  box.setAttribute('aria-expanded', 'false')
  box.removeAttribute('aria-activedescendant')
}
