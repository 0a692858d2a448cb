/**
 * File systems that reach over a network, by the number `statfs` gives (linux/magic.h). SQLite's write-ahead log needs memory
 * shared between processes on one machine, and their locks are not to be trusted.
 */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x00_00_51_7b: 'SMB',
  0x00_00_56_4c: 'NCP',
  0x00_00_69_69: 'NFS',
  0x00_c3_64_00: 'Ceph',
  0x01_02_19_97: '9P',
  0x01_16_19_70: 'GFS2',
  0x0b_d0_0b_d0: 'Lustre',
  0x19_83_03_26: 'BeeGFS',
  0x47_50_46_53: 'GPFS',
  0x53_46_41_4f: 'AFS',
  0x6b_41_46_53: 'AFS',
  0x73_75_72_45: 'Coda',
  0x74_61_63_61: 'OCFS2',
  0xfe_53_4d_42: 'SMB',
  0xff_53_4d_42: 'CIFS',
};

/** The name of a network file system; `undefined` for any other. Some platforms report the number as negative. */
export function networkFileSystem(statfsType: number): string | undefined {
  return NETWORK_FILE_SYSTEMS[statfsType >>> 0];
}
