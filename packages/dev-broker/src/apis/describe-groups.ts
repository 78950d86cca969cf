import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";

/*
DescribeGroups Request (Version: 0 to 5; flexible from 5) => [groups] include_authorized_operations
  groups => STRING
  include_authorized_operations => BOOLEAN   (3+)

DescribeGroups Response => throttle_time_ms [groups]
  throttle_time_ms => INT32                  (1+)
  groups => error_code group_id group_state protocol_type protocol_data [members] authorized_operations
    error_code => INT16   group_id => STRING   group_state => STRING   protocol_type => STRING
    protocol_data => STRING
    members => member_id group_instance_id client_id client_host member_metadata member_assignment
      member_id => STRING
      group_instance_id => NULLABLE_STRING   (4+)
      client_id => STRING   client_host => STRING   member_metadata => BYTES   member_assignment => BYTES
    authorized_operations => INT32           (3+)
*/
export const describeGroups: Api = {
  key: 15,
  name: "DescribeGroups",
  minVersion: 0,
  maxVersion: 5,
  firstFlexibleVersion: 5,
  handle(request, response, { version, broker }) {
    const groupIds = request.array(() => request.string());
    if (version >= 1) response.int32(0);
    response.array(groupIds, (groupId) => {
      const group = broker.groups.group(groupId);
      const described = group?.describe();
      response
        .int16(ErrorCode.NONE)
        .string(groupId)
        .string(described?.state ?? "Dead");
      response.string(described?.protocolType ?? "").string(described?.protocol ?? "");
      response.array(described?.members ?? [], ({ id, clientId, clientHost, assignment }) => {
        response.string(id);
        if (version >= 4) response.nullableString(null);
        response.string(clientId).string(clientHost);
        response
          .bytes(group?.metadataOf(id) ?? Buffer.alloc(0))
          .bytes(assignment)
          .endStruct();
      });
      if (version >= 3) response.int32(operationsNotAsked);
      response.endStruct();
    });
    response.endStruct();
  },
};

/** What Kafka answers for authorized operations when they were not asked for; nothing is authorized here. */
const operationsNotAsked = -2_147_483_648;
