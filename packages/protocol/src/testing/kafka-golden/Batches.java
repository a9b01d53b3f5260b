// Record batches by Kafka's own builder, one JSON line each {"batch", "hex"}: the same four records in every codec, then both transaction
// markers; then the table of errors {"error", "code", "retriable", "staleMetadata"}. README.md says how to run it.
import java.util.HexFormat;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.*;

public class Batches {
  public static void main(String[] args) throws Exception {
    batches();
    for (Errors e : Errors.values()) {
      boolean retriable = e.exception() instanceof RetriableException;
      boolean stale = e.exception() instanceof InvalidMetadataException;
      System.out.println("{\"error\":\"" + e.name() + "\",\"code\":" + e.code() + ",\"retriable\":" + retriable + ",\"staleMetadata\":" + stale + "}");
    }
  }

  static void batches() throws Exception {
    SimpleRecord[] records = {
      new SimpleRecord(1700000000000L, null, "plain".getBytes()),
      new SimpleRecord(1700000000123L, "key".getBytes(), null),
      new SimpleRecord(1699999999000L, "k".getBytes(), wide(), new Header[] {new RecordHeader("h", "v".getBytes()), new RecordHeader("null", null)}),
      new SimpleRecord(1700000999000L, new byte[0], new byte[0]),
    };
    Compression[] all = {Compression.NONE, Compression.gzip().build(), Compression.snappy().build(), Compression.lz4().build(), Compression.zstd().build()};
    for (Compression codec : all) print(codec.type().name, MemoryRecords.withIdempotentRecords((byte) 2, 1000L, codec, 77L, (short) 3, 9, 5, records));
    for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.ABORT, ControlRecordType.COMMIT}) {
      print(type.name().toLowerCase(), MemoryRecords.withEndTransactionMarker(42L, 1700000000000L, 5, 77L, (short) 3, new EndTransactionMarker(type, 6)));
    }
  }

  /** 3 KiB that compress, but not to nothing. */
  static byte[] wide() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 300; i++) out.append(i * i % 97).append(" and ").append(i % 7).append(';');
    return out.toString().getBytes();
  }

  static void print(String name, MemoryRecords records) {
    byte[] out = new byte[records.sizeInBytes()];
    records.buffer().duplicate().get(out);
    System.out.println("{\"batch\":\"" + name + "\",\"hex\":\"" + HexFormat.of().formatHex(out) + "\"}");
  }
}
