-- CreateTable
CREATE TABLE "Order" (
    "id" UUID NOT NULL,
    "total" DECIMAL(12,2) NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Receipt" (
    "orderId" UUID NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "Receipt_pkey" PRIMARY KEY ("orderId")
);
