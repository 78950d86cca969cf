/** The body of POST /orders. */
export interface OrderRequest {
  readonly customerId: string;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  /** The payment gateway's token for the customer's card. */
  readonly cardToken: string;
}

const uuid = { type: "string", format: "uuid" } as const;

/** JSON Schema of {@link OrderRequest}: Fastify answers 400 to anything else. */
export const orderRequestSchema = {
  type: "object",
  required: ["customerId", "items", "cardToken"],
  additionalProperties: false,
  properties: {
    customerId: uuid,
    items: {
      type: "array",
      minItems: 1,
      maxItems: 50,
      items: {
        type: "object",
        required: ["productId", "quantity"],
        additionalProperties: false,
        properties: { productId: uuid, quantity: { type: "integer", minimum: 1, maximum: 99 } },
      },
    },
    cardToken: { type: "string", minLength: 1, maxLength: 100 },
  },
} as const;
