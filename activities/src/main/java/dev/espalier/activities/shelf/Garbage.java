package dev.espalier.activities.shelf;

import java.util.List;

/**
 * Objects that nobody needs, deleted together and in this order.
 *
 * @param what the artifact, checkpoint or object
 * @param why in a few words
 * @param bytes of all its objects
 * @param objects keys; a manifest comes before the parts that it lists
 */
public record Garbage(String what, String why, long bytes, List<String> objects) {
  public Garbage {
    objects = List.copyOf(objects);
  }
}
