// Writes over HTTP: which verb, with what body, and what the answer looks like.
import { KubeError } from "../../errors.ts"
import { type AnyObject, isRecord } from "../../object.ts"
import type { Resource } from "../kinds/resource.ts"
import { jsonPatch } from "../patch/json-patch.ts"
import { mergePatch } from "../patch/merge-patch.ts"
import { strategicPatch } from "../patch/strategic-patch.ts"
import { apply } from "../verbs/apply.ts"
import { invalidOptions, type NamedWrite, type WriteRequest, type Written } from "../verbs/context.ts"
import { list } from "../verbs/read.ts"
import { parseDeleteOptions, remove } from "../verbs/remove.ts"
import { scaleOf, withScale } from "../verbs/scale.ts"
import type { Writer } from "../verbs/writer.ts"
import { mediaTypeOf, parseBody, readBody } from "./body.ts"
import type { Answer, Exchange } from "./handler.ts"
import { isTrue, listQuery, writeParameters } from "./parameters.ts"
import { type Rendering, renderObject, renderPage } from "./render.ts"

const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const

const optionKinds: Record<string, string> = { POST: "CreateOptions", PUT: "UpdateOptions", PATCH: "PatchOptions", DELETE: "DeleteOptions" }

export async function write(writer: Writer, exchange: Exchange, rendering: Rendering): Promise<Answer> {
  const { request, route } = exchange
  const bytes = await readBody(request)
  const method = request.method ?? ""
  const common = parametersOf(exchange, method)
  const named: NamedWrite = { ...common, name: route.name ?? "" }
  const written = await dispatch({ writer, exchange, bytes, common, named, rendering })
  return { ...written, warnings: common.warnings }
}

type Job = { writer: Writer; exchange: Exchange; bytes: Buffer; common: WriteRequest; named: NamedWrite; rendering: Rendering }

async function dispatch(job: Job): Promise<Answer> {
  const { writer, exchange, bytes, common, named } = job
  const { request, route } = exchange
  switch (request.method) {
    case "POST":
      return answer(job, await writer.create(common, body(exchange, bytes)))
    case "PUT":
      return answer(job, route.subresource === "scale" ? await putScale(job) : await writer.replace(named, body(exchange, bytes)))
    case "PATCH":
      return answer(job, await patch(job))
    default:
      return route.name === undefined ? await removeAll(job) : await removeOne(job)
  }
}

function answer({ exchange, rendering }: Job, { object, isNew }: Written): Answer {
  const { resource, subresource } = exchange.route
  const status = isNew ? 201 : 200
  if (subresource === "scale") return { status, body: JSON.stringify(scaleOf(object, resource)) }
  return { status, body: renderObject(object, resource, rendering) }
}

function parametersOf({ request, query, route }: Exchange, method: string): WriteRequest {
  const { resource, namespace, subresource } = route
  const parameters = writeParameters(query, { userAgent: request.headers["user-agent"] ?? "", kind: optionKinds[method] ?? "" })
  return {
    ...parameters,
    resource,
    namespace,
    subresource: subresource === "status" ? "status" : undefined,
    warnings: [],
    ownedThrough: subresource ?? "",
  }
}

function body(exchange: Exchange, bytes: Buffer): ReturnType<typeof parseBody> {
  const type = mediaTypeOf(exchange.request)
  const isPatch = Object.values(patchTypes).some((each) => each === type)
  if (isPatch)
    throw new KubeError("UnsupportedMediaType", `the media type ${type} is for PATCH; accepted: application/json, application/yaml`)
  return parseBody(bytes, type)
}

async function patch({ writer, exchange, bytes, named }: Job): Promise<Written> {
  const { resource, subresource } = exchange.route
  const type = mediaTypeOf(exchange.request)
  const accepted = Object.values(patchTypes).filter((each) => each !== patchTypes.strategic || resource.isStrategic)
  if (!accepted.some((each) => each === type)) {
    throw new KubeError(
      "UnsupportedMediaType",
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
    )
  }
  const { value } = parseBody(bytes, type)
  checkForce(exchange, type)
  if (type === patchTypes.apply && subresource !== "scale") {
    return await apply(writer, named, { body: value, isForced: isTrue(exchange.query, "force") })
  }
  const change = (live: unknown): unknown => {
    if (type === patchTypes.json) return jsonPatch(live, value)
    if (!isRecord(value)) throw new KubeError("BadRequest", "the patch must be an object")
    return type === patchTypes.strategic ? strategicPatch(live, value, resource.schema) : mergePatch(live, value)
  }
  if (subresource !== "scale") return await writer.transform(named, change)
  return await writer.transform(named, (live) => withScale(live, change(scaleOf(live, resource)), resource))
}

function checkForce({ query }: Exchange, type: string): void {
  const refuse = (field: string, message: string): KubeError =>
    invalidOptions("PatchOptions", { field, reason: "FieldValueInvalid", message })
  if (type === patchTypes.apply) {
    if ((query.get("fieldManager") ?? "") === "") throw refuse("fieldManager", "Required value: is required for apply patch")
  } else if (query.has("force")) throw refuse("force", "Forbidden: may not be specified for non-apply patch")
}

async function putScale({ writer, exchange, bytes, named }: Job): Promise<Written> {
  const { resource } = exchange.route
  const { value } = body(exchange, bytes)
  return await writer.transform(named, (live) => withScale(live, value, resource))
}

async function removeOne({ writer, exchange, bytes, named, rendering }: Job): Promise<Answer> {
  const removed = await remove(writer, named, parseDeleteOptions(deleteBody(exchange, bytes), exchange.query))
  if (removed.kind === "Status") return { status: 200, body: JSON.stringify(removed) }
  return { status: 200, body: renderObject(removed as AnyObject, named.resource, rendering) }
}

function deleteBody(exchange: Exchange, bytes: Buffer): unknown {
  return bytes.length === 0 ? undefined : body(exchange, bytes).value
}

/** Each object by itself: what finalizers hold stays, what went meanwhile is no error. */
async function removeAll({ writer, exchange, bytes, named, rendering }: Job): Promise<Answer> {
  const { query, route } = exchange
  const options = parseDeleteOptions(deleteBody(exchange, bytes), query)
  const page = list(writer.server, { ...route, subresource: undefined }, { ...listQuery(query), continue: "" })
  await Promise.all(page.entries.map(({ object }) => removeListed(writer, { ...named, ...keyIn(object, route.resource) }, options)))
  return { status: 200, body: renderPage(page, route.resource, rendering) }
}

function keyIn({ metadata }: AnyObject, { isNamespaced }: Resource): { name: string; namespace: string | undefined } {
  return { name: metadata.name, namespace: isNamespaced ? metadata.namespace : undefined }
}

async function removeListed(writer: Writer, request: NamedWrite, options: ReturnType<typeof parseDeleteOptions>): Promise<void> {
  try {
    await remove(writer, request, options)
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== "NotFound") throw error
  }
}
