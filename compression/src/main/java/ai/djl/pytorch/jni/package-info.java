/** One class beside DJL's own, for a call that DJL keeps to its package. */
package ai.djl.pytorch.jni;
