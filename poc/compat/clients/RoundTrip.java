import java.io.FileReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes records to a topic, reads them by a group and commits; tells how many were committed. */
public class RoundTrip {
    public static void main(String[] arguments) throws Exception {
        String topic = System.getenv("BYOC_TOPIC");
        int records = Integer.parseInt(System.getenv("BYOC_RECORDS"));
        Properties properties = new Properties();
        try (FileReader reader = new FileReader(System.getenv("BYOC_PROPERTIES"))) {
            properties.load(reader);
        }
        write(properties, topic, records);
        properties.put("group.id", System.getenv("BYOC_GROUP"));
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        System.out.println("committed " + read(properties, topic, records));
    }

    private static void write(Properties properties, String topic, int records) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int number = 0; number < records; number++) {
                sent.add(producer.send(new ProducerRecord<>(topic, Integer.toString(number))));
            }
            for (Future<RecordMetadata> future : sent) {
                future.get();
            }
        }
    }

    private static long read(Properties properties, String topic, int records) {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            int count = 0;
            long end = System.currentTimeMillis() + 25_000;
            while (count < records && System.currentTimeMillis() < end) {
                count += consumer.poll(Duration.ofMillis(500)).count();
            }
            consumer.commitSync();
            Set<TopicPartition> assigned = new HashSet<>(consumer.assignment());
            long committed = consumer.committed(assigned).values().stream()
                    .filter(offset -> offset != null).mapToLong(offset -> offset.offset()).sum();
            return Math.min(count, committed);
        }
    }
}
