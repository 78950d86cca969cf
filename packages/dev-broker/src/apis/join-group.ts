import type { Api } from "../protocol/api.ts";

/*
JoinGroup Request (Version: 2 to 4) => group_id session_timeout_ms rebalance_timeout_ms member_id protocol_type
    [protocols]
  group_id => STRING   session_timeout_ms => INT32   rebalance_timeout_ms => INT32   member_id => STRING
  protocol_type => STRING
  protocols => name metadata
    name => STRING   metadata => BYTES

JoinGroup Response => throttle_time_ms error_code generation_id protocol_name leader member_id [members]
  throttle_time_ms => INT32   error_code => INT16   generation_id => INT32   protocol_name => STRING
  leader => STRING   member_id => STRING
  members => member_id metadata
    member_id => STRING   metadata => BYTES

Version 5 brings static members (group_instance_id), which this broker does not have.
*/
export const joinGroup: Api = {
  key: 11,
  name: "JoinGroup",
  minVersion: 2,
  maxVersion: 4,
  firstFlexibleVersion: null,
  async handle(request, response, { version, broker, clientId, clientHost }) {
    const groupId = request.string();
    const sessionTimeoutMs = request.int32();
    const rebalanceTimeoutMs = request.int32();
    const memberId = request.string();
    const protocolType = request.string();
    const protocols = request.array(() => ({ name: request.string(), metadata: Buffer.from(request.bytes()) }));
    const result = await broker.groups.join(groupId, {
      memberId,
      clientId,
      clientHost,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocolType,
      protocols,
      memberIdRequired: version >= 4,
    });
    response.int32(0).int16(result.error).int32(result.generation).string(result.protocol).string(result.leader);
    response.string(result.memberId).array(result.members, ({ id, metadata }) => {
      response.string(id).bytes(metadata);
    });
  },
};
