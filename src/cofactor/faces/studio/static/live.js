// What if: the drawings that answer the sliders, scenarios kept, and what a screen reader hears.
import { ask, begin, kept, say, scenario } from './sliders.js'

const live = document.getElementById('live')
const main = document.getElementById('main-chart')
const small = [...document.querySelectorAll('[data-small]')]
const captions = [...document.querySelectorAll('[data-caption]')]
const LETTERS = 'ABCD'
const SPOKEN = 700 // ms without an answer after which a screen reader is told: it would read every step otherwise
let speaking = 0

function show(found) {
  main.innerHTML = found.main
  for (const box of small) if (found.small[box.dataset.small]) box.innerHTML = found.small[box.dataset.small]
  for (const box of captions) box.textContent = found.captions[box.dataset.caption]
  clearTimeout(speaking)
  speaking = setTimeout(() => { document.getElementById('spoken').textContent = found.spoken }, SPOKEN)
}

document.getElementById('keep').addEventListener('click', () => {
  kept.push(scenario())
  offer()
  ask().then(() => say(live.dataset.kept.replace('#', LETTERS[kept.length - 1])))
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

let width = main.clientWidth
addEventListener('resize', () => {
  if (main.clientWidth !== width) ask()
  width = main.clientWidth
})

/** The small drawings in sight: only these are drawn while a slider moves. */
const seen = new Set()
const sight = new IntersectionObserver((boxes) => {
  for (const { target, isIntersecting } of boxes) seen[isIntersecting ? 'add' : 'delete'](target.dataset.small)
})
small.forEach((box) => sight.observe(box))

const more = (whole) => ({ w: main.clientWidth || innerWidth, see: whole ? 'all' : [...seen].join(',') })
begin({ show, more, changed: offer, partly: true })
