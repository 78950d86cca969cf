import { type Api, isFlexible } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import type { Writer } from "../protocol/writer.ts";

/*
ApiVersions Request (Version: 0 to 4; flexible from 3) => client_software_name client_software_version
  client_software_name => STRING      (3+)
  client_software_version => STRING   (3+)

ApiVersions Response => error_code [api_keys] throttle_time_ms
  error_code => INT16
  api_keys => api_key min_version max_version
    api_key => INT16   min_version => INT16   max_version => INT16
  throttle_time_ms => INT32           (1+)

The response's header never has tagged fields, as a client that cannot know the broker's version reads it.
*/

export const apiVersionsKey = 18;

const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** ApiVersions over the list of all APIs, which holds itself. */
export function createApiVersions(listed: () => readonly Api[]): Api {
  const api: Api = {
    key: apiVersionsKey,
    name: "ApiVersions",
    minVersion: 0,
    maxVersion: 4,
    firstFlexibleVersion: 3,
    handle(request, response, { version }) {
      const valid =
        !isFlexible(api, version) || [request.string(), request.string()].every((s) => softwareName.test(s));
      writeResponse(response, valid ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST, valid ? listed() : [], version);
    },
  };
  return api;
}

/** The answer to a version of ApiVersions that is not spoken: in version 0, naming the versions that are (KIP-511). */
export function refuseApiVersions(response: Writer, apiVersions: Api): void {
  writeResponse(response, ErrorCode.UNSUPPORTED_VERSION, [apiVersions], 0);
}

function writeResponse(response: Writer, error: ErrorCode, apis: readonly Api[], version: number): void {
  response.int16(error);
  response.array(apis, ({ key, minVersion, maxVersion }) => {
    response.int16(key).int16(minVersion).int16(maxVersion).endStruct();
  });
  if (version >= 1) response.int32(0);
  response.endStruct();
}
