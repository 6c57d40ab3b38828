// What every page does: language and scheme, and forms that are sent as JSON (`<form data-post="/address">`). An answer
// with a `location` is followed; problems are shown beside their fields.
import { once, send, showProblems, tell, valuesOf } from './send.js'

async function prefer(control, value) {
  const answer = await send('/preferences', { [control.dataset.prefer]: value })
  if (answer.ok) return location.reload()
  if (control.matches('select')) control.value = document.documentElement.dataset.scheme
  return tell(answer.problems)
}

document.querySelectorAll('button[data-prefer]').forEach((button) => {
  button.addEventListener('click', () => prefer(button, button.dataset.value))
})
document.querySelectorAll('select[data-prefer]').forEach((choice) => {
  choice.addEventListener('change', () => prefer(choice, choice.value))
})

document.querySelectorAll('[data-prefer]').forEach((control) => { control.disabled = false })

document.querySelectorAll('form[data-post]').forEach((form) => {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    once(form.querySelector('button:not([type=button])'), async () => {
      const answer = await send(form.dataset.post, await valuesOf(form))
      if (answer.location) location.assign(answer.location)
      else showProblems(form, answer.problems)
      return Boolean(answer.location)
    })
  })
})
