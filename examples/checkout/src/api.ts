import { runInContext } from "@waybill/outbox";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { randomUUID } from "node:crypto";
import { type CustomerRequest, customerRequestSchema, registerCustomer } from "./customers.ts";
import type { Database } from "./database.ts";
import { OrderRefusal } from "./orders/order-refusal.ts";
import { type OrderRequest, orderRequestSchema } from "./orders/order-request.ts";
import { placeOrder, type PlaceOrderParts } from "./orders/place-order.ts";

const orderParams = {
  type: "object",
  properties: { id: { type: "string", format: "uuid" } },
} as const;

/**
 * The shop's HTTP API. Errors are problem details (RFC 9457). Every answer has the header `x-correlation-id`, which
 * all events that the request set off carry too.
 */
export function createApi(parts: PlaceOrderParts): FastifyInstance {
  const api = fastify({ genReqId: () => randomUUID() });
  api.addHook("onRequest", async (request, reply) => {
    reply.header("x-correlation-id", request.id);
  });
  api.setErrorHandler<FastifyError>((error, request, reply) => {
    const { status, title, detail } = problemOf(error);
    if (status >= 500) process.stderr.write(`checkout: request ${request.id} failed: ${error.message}\n`);
    return reply.code(status).type("application/problem+json").send({ title, status, detail });
  });

  api.post<{ Body: CustomerRequest }>("/customers", { schema: { body: customerRequestSchema } }, (request, reply) =>
    runInContext({ correlationId: request.id }, async () => {
      const id = await registerCustomer(parts.database, request.body);
      return reply.code(201).send({ id });
    }),
  );

  api.post<{ Body: OrderRequest }>("/orders", { schema: { body: orderRequestSchema } }, (request, reply) =>
    runInContext({ correlationId: request.id }, async () => {
      const { id, total } = await placeOrder(parts, request.body);
      return reply
        .code(201)
        .header("location", `/orders/${id}`)
        .send({ id, status: "PLACED", total: total.toFixed(2) });
    }),
  );

  api.get<{ Params: { id: string } }>("/orders/:id", { schema: { params: orderParams } }, async (request, reply) => {
    const order = await readOrder(parts.database, request.params.id);
    if (order !== null) return order;
    const problem = { title: "Not Found", status: 404, detail: `there is no order ${request.params.id}` };
    return reply.code(404).type("application/problem+json").send(problem);
  });
  return api;
}

async function readOrder(database: Database, id: string) {
  const order = await database.order.findUnique({ where: { id }, include: { items: true } });
  if (order === null) return null;
  return {
    id: order.id,
    customerId: order.customerId,
    status: order.status,
    cancellationReason: order.cancellationReason,
    total: order.total.toFixed(2),
    currency: order.currency,
    placedAt: order.placedAt,
    items: order.items.map(({ productId, name, quantity, unitPrice }) => {
      return { productId, name, quantity, unitPrice: unitPrice.toFixed(2) };
    }),
  };
}

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

function problemOf(error: FastifyError | OrderRefusal): Problem {
  if (error instanceof OrderRefusal) return { status: 422, title: "Order refused", detail: error.message };
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  // What went wrong inside is for the log, not for the caller.
  if (status >= 500) return { status, title: "Internal Server Error", detail: "the shop failed to answer" };
  return { status, title: "Bad Request", detail: error.message };
}
