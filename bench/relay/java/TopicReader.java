import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics whole, as far as transactions have committed, one partition after the other. Writes of each record the
 * number of its event (int32) and the time at which the broker appended it (int64, milliseconds since 1970).
 *
 * Arguments: bootstrap server, topic, number of keys.
 */
class TopicReader {
  public static void main(String[] args) throws Exception {
    String topic = args[1];
    int keys = Integer.parseInt(args[2]);
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("isolation.level", "read_committed");
    settings.put("max.poll.records", "10000");
    settings.put("max.partition.fetch.bytes", "8000000");
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      for (TopicPartition partition : partitions) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        while (consumer.position(partition) < ends.get(partition)) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) write(out, record, keys);
        }
      }
    }
  }

  private static void write(DataOutputStream out, ConsumerRecord<byte[], byte[]> record, int keys) throws Exception {
    if (record.timestampType() != TimestampType.LOG_APPEND_TIME) throw new IllegalStateException("no append time");
    ByteBuffer value = ByteBuffer.wrap(record.value());
    long number = value.getLong(value.limit() - 8);
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (!key.equals("key-" + number % keys)) throw new IllegalStateException(number + " has the key " + key);
    out.writeInt((int) number);
    out.writeLong(record.timestamp());
  }
}
