export { acceptedBy } from "./accepted.ts"
export { defineEnv, type Env, type EnvOf, type EnvProblem, type EnvSetting, type EnvSettings, type ParsedEnv } from "./define-env.ts"
export { duration, durationMs } from "./duration.ts"
export type { CelRule } from "./extension.ts"
export { atomicList, boundedMap, dns63, dns253, int, int64, listMap, setOf, text, textMap, withDefaults } from "./fields.ts"
export { type FormHints, formMeta } from "./form-meta.ts"
export { freeform } from "./freeform.ts"
export { intOrString } from "./int-or-string.ts"
export { nearest } from "./nearest.ts"
export { compareQuantities, isQuantity, quantity, quantityBytes } from "./quantity.ts"
export { creationRule, rule, transition } from "./rule.ts"
export { secretRef } from "./secret-ref.ts"
export { type JsonSchema, toCrdSchema, UnrepresentableError } from "./to-crd.ts"
export { toDocs } from "./to-docs.ts"
export { type FormField, toFormFields } from "./to-form.ts"
export {
  type FieldError,
  fieldName,
  type Path,
  schemaAt,
  unknownFields,
  type Validated,
  type ValidateOptions,
  validate,
} from "./validate.ts"
