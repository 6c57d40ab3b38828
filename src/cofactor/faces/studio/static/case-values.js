// A form whose fields have the names of their places in a case file (`labs[0].unit`) as the values of a case.

/** The values that a form holds; what is empty is left out, rows keep their place. */
export function caseOf(form) {
  const found = {}
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.closest('template')) continue
    if ((field.type === 'radio' || field.type === 'checkbox') && !field.checked) continue
    const value = valueOf(field)
    const path = pathOf(field.name)
    if (field.type === 'checkbox') put(found, path, [...(get(found, path) ?? []), value])
    else if (value !== '' && value.length !== 0) put(found, path, value)
    else if (path.length > 1 && typeof path[path.length - 2] === 'number') put(found, path.slice(0, -1), get(found, path.slice(0, -1)) ?? {})
  }
  return oneMoment(found)
}

function valueOf(field) {
  if ('lines' in field.dataset) return field.value.split('\n').map((line) => line.trim()).filter(Boolean)
  const value = field.value.trim()
  return field.dataset.unit && /^[\d.,]+$/.test(value) ? `${value} ${field.dataset.unit}` : value
}

/** `diet.foods[0].food` as ['diet', 'foods', 0, 'food']. */
export function pathOf(name) {
  return [...name.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((part) => (part[2] === undefined ? part[1] : Number(part[2])))
}

function get(values, path) {
  return path.reduce((inside, key) => inside?.[key], values)
}

function put(values, path, value) {
  path.slice(0, -1).forEach((key, i) => {
    values[key] ??= typeof path[i + 1] === 'number' ? [] : {}
    values = values[key]
  })
  values[path[path.length - 1]] = value
}

/** One moment of the day stands alone, several as a list. */
function oneMoment(found) {
  for (const row of found.supplements ?? []) if (row.when?.length === 1) row.when = row.when[0]
  return found
}
