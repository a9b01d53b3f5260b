// Formats of strings that the API server checks; an unknown format is a mere hint there, and so it is here.
const dateTime = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const formats: Record<string, (value: string) => boolean> = {
  "date-time": (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  byte: (value) => base64.test(value.replace(/[\r\n]/g, "")),
}

export function checkFormat(format: string, value: string): boolean {
  return formats[format]?.(value) ?? true
}
