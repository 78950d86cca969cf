import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events from memory as quickly as Apache's own producer can: idempotent, acknowledged by all, five requests in
 * flight, in batches large enough that larger ones gain nothing. Warms up on another topic, and says so by "ready".
 *
 * Arguments: bootstrap server, topic, topic to warm up on, events, keys, payload bytes, headers, bytes of a header.
 */
class BareProducer {
  private static final int FRAME_BYTES = 5;

  private final KafkaProducer<byte[], byte[]> producer;
  private final byte[][] keys;
  private final int payloadBytes;
  private final String[] headerNames;
  private final byte[] headerValue;
  private volatile Exception failure;

  BareProducer(String brokers, int keyCount, int payloadBytes, int headers, int headerBytes) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("acks", "all");
    settings.put("enable.idempotence", "true");
    settings.put("linger.ms", "5");
    settings.put("batch.size", "131072");
    settings.put("buffer.memory", "67108864");
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    keys = new byte[keyCount][];
    for (int n = 0; n < keyCount; n++) keys[n] = ("key-" + n).getBytes(StandardCharsets.UTF_8);
    this.payloadBytes = payloadBytes;
    headerNames = new String[headers];
    for (int n = 0; n < headers; n++) headerNames[n] = "header" + n;
    headerValue = new byte[headerBytes];
    Arrays.fill(headerValue, (byte) 'h');
  }

  public static void main(String[] args) throws Exception {
    int events = Integer.parseInt(args[3]);
    BareProducer bare =
        new BareProducer(
            args[0],
            Integer.parseInt(args[4]),
            Integer.parseInt(args[5]),
            Integer.parseInt(args[6]),
            Integer.parseInt(args[7]));
    bare.send(args[2], events / 5);
    System.out.println("ready");
    Thread.sleep(500);
    bare.send(args[1], events);
    bare.producer.close();
  }

  private void send(String topic, int events) throws Exception {
    for (int number = 0; number < events; number++) {
      byte[] value = new byte[FRAME_BYTES + payloadBytes];
      ByteBuffer.wrap(value).putInt(1, 1).putLong(value.length - 8, number);
      RecordHeaders headers = new RecordHeaders();
      for (String name : headerNames) headers.add(name, headerValue);
      producer.send(
          new ProducerRecord<>(topic, null, null, keys[number % keys.length], value, headers),
          (metadata, error) -> {
            if (error != null) failure = error;
          });
    }
    producer.flush();
    if (failure != null) throw failure;
  }
}
