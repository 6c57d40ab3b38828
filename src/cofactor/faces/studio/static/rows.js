// Rows of a form that can be added and taken out. Names carry the place of the row (`labs[2].unit`), so those behind a
// row that goes move up.

/** Let a form's rows grow and shrink; `changed` is called after each. */
export function growRows(form, changed) {
  form.addEventListener('click', (event) => {
    const add = event.target.closest('[data-add]')
    const remove = event.target.closest('[data-remove]')
    if (add) addRow(form, add.dataset.add, add.dataset.kind).querySelector('input, select')?.focus()
    if (remove) takeOut(form, remove.closest('.row'))
    if (add || remove) changed()
  })
  form.querySelectorAll('[data-add]').forEach((button) => { button.disabled = false })
}

/** A new row at the end of a section; returns it. */
export function addRow(form, section, kind) {
  const list = form.querySelector(`[data-rows="${section}"]`)
  const template = form.querySelector(`template[data-row="${section}"]${kind ? `[data-kind="${kind}"]` : ':not([data-kind])'}`)
  const row = template.content.firstElementChild.cloneNode(true)
  number(row, list.children.length)
  list.append(row)
  return row
}

function takeOut(form, row) {
  const list = row.parentElement
  const next = row.nextElementSibling ?? row.previousElementSibling
  row.remove()
  ;[...list.children].forEach(number)
  const section = list.dataset.rows
  ;(next?.querySelector('input, select') ?? form.querySelector(`[data-add="${section}"]`)).focus()
}

const NAMED = ['name', 'id', 'for', 'data-place', 'data-read', 'data-follows', 'data-shows', 'aria-controls']

function number(row, place) {
  const section = row.dataset.place.replace(/\[[^[]*\]$/, '')
  const old = `${row.dataset.place}`
  for (const element of [row, ...row.querySelectorAll('*')]) {
    for (const name of NAMED) {
      const value = element.getAttribute(name)
      if (value?.startsWith(old)) element.setAttribute(name, `${section}[${place}]${value.slice(old.length)}`)
    }
  }
}
