// Deleting a trial asks once more: the first press says what the second will do.
import { once, reach, tell } from './send.js'

/** A button that deletes the trial of this id. */
export function forgets(button, id) {
  button?.addEventListener('click', async () => {
    if (button.dataset.sure) {
      button.textContent = button.dataset.sure
      delete button.dataset.sure
      return
    }
    await once(button, async () => {
      const { ok, problems } = await reach(`/api/trials/${id}`, { method: 'DELETE' })
      if (ok) location.assign('/trials')
      else tell(problems)
      return ok
    })
  })
}
